namespace DotProxy.Configuration;

/// <summary>
/// The words of the command line as flags with values: <c>--flag VALUE</c> or <c>--flag=VALUE</c>, repeated or not; a switch needs no value. A library
/// for this was 0.6 MB in the binary and half of that in memory, for what is left to do once settings parse themselves.
/// </summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, List<string>> _values = [];

    /// <param name="help">The command that lists what there is.</param>
    /// <param name="commands">Words that would be right in another place than among flags.</param>
    /// <exception cref="StartException">A word is no flag of ours, or a flag lacks its value.</exception>
    public Arguments(IReadOnlyList<string> words, IReadOnlyCollection<string> flags, IReadOnlyCollection<string> switches, string help = "dotproxy --help",
        IReadOnlyCollection<string>? commands = null)
    {
        for (int i = 0; i < words.Count; i++)
        {
            string[] parts = words[i].Split('=', 2);
            string flag = parts[0];
            if (!flags.Contains(flag)) throw Unknown(flag, flags, commands ?? [], help);
            bool isSwitchedOn = parts.Length == 1 && switches.Contains(flag);
            if (parts.Length == 1 && !isSwitchedOn && i + 1 == words.Count) throw new StartException($"{flag} needs a value after it; '{help}' says which");
            string value = isSwitchedOn ? SettingParsers.True : parts.Length == 2 ? parts[1] : words[++i];
            if (!_values.TryGetValue(flag, out List<string>? values)) _values[flag] = values = [];
            values.Add(value);
        }
    }

    private static StartException Unknown(string word, IReadOnlyCollection<string> flags, IReadOnlyCollection<string> commands, string help)
    {
        if (commands.Contains(word)) return new StartException($"'{word}' goes before all options: 'dotproxy {word} …'; '{help}' shows how");
        string guess = word.StartsWith('-') ? "" : Spelling.Suggest(word, "", commands);
        return new StartException($"'{word}' is unknown{(guess.Length > 0 ? guess : Spelling.Suggest(word, "--", flags))}; '{help}' lists what there is");
    }

    public bool Has(string flag) => _values.ContainsKey(flag);

    /// <summary>In the order given; empty where the flag was not.</summary>
    public IReadOnlyList<string> Values(string flag) => _values.TryGetValue(flag, out List<string>? values) ? values : [];
}
