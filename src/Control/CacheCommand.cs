using System.Text;
using DotProxy.Configuration;
using DotProxy.Dns;
using DotProxy.Telemetry;

namespace DotProxy.Control;

/// <summary><c>dotproxy cache</c>: the other end of the control socket, for whoever has a shell.</summary>
internal static class CacheCommand
{
    public const string Word = "cache";

    private const string Show = "show", Flush = "flush", All = "--all", Help = "dotproxy cache --help";

    private static readonly string[] s_verbs = [Show, Flush];

    /// <returns>The exit code: 0 where it was done, 1 where the proxy could not be reached or refused.</returns>
    /// <exception cref="StartException">The words are wrong.</exception>
    public static int Run(IReadOnlyList<string> words, Func<string, string?> environment)
    {
        if (words.Any(CommandLine.HelpSwitches.Contains)) return Terminal.Print(Encoding.UTF8.GetString(HelpText));
        (string path, string request) = Parse(words, environment);
        ControlAnswer answer = ControlClient.Ask(path, request);
        return answer.IsDone ? Terminal.Print(answer.Text) : Terminal.Fail(answer.Text);
    }

    /// <summary>Where to ask, and the request.</summary>
    /// <exception cref="StartException">The words are wrong.</exception>
    public static (string Path, string Request) Parse(IReadOnlyList<string> words, Func<string, string?> environment)
    {
        List<string> plain = [], flags = [];
        bool all = false;
        for (int i = 0; i < words.Count; i++)
        {
            if (words[i] == All) all = true;
            else if (!words[i].StartsWith('-')) plain.Add(words[i]);
            else if (words[i].Contains('=', StringComparison.Ordinal)) flags.Add(words[i]);
            else flags.AddRange(words.Skip(i++).Take(2));
        }
        var arguments = new Arguments(flags, [Settings.Control.Flag], switches: [], Help);
        string request = Request(plain, all);
        return Settings.Control.Read(new Sources(arguments, environment, file: null)) is [var path]
            ? (path, request)
            : throw new StartException($"where the proxy listens is not said: give {Settings.Control.Flag} PATH as it has it, or set {Settings.Control.Variable}");
    }

    private static string Request(List<string> words, bool all) => (words, all) switch
    {
        ([], false) => ControlAnswer.Figures,
        ([Show, var name], false) => $"{ControlAnswer.Show} {Name(name)}",
        ([Flush, var name], false) => $"{ControlAnswer.Flush} {Name(name)}",
        ([Flush], true) => ControlAnswer.FlushAll,
        ([Show], false) => throw new StartException("cache show needs a name, such as 'dotproxy cache show example.com'"),
        ([Flush], false) => throw new StartException($"cache flush needs a name, or {All} for everything"),
        ([Flush, ..], true) => throw new StartException($"cache flush takes a name or {All}, not both"),
        ([], true) or ([Show, ..], true) => throw new StartException($"{All} is for 'cache flush' alone; '{Help}' shows how"),
        ([Show or Flush, ..], _) => throw new StartException($"cache {words[0]} takes one name, and there are {words.Count - 1}"),
        _ => throw new StartException($"'{words[0]}' is unknown{Spelling.Suggest(words[0], "", s_verbs)}; '{Help}' lists what there is"),
    };

    /// <summary>As the socket takes it: without blanks, whatever octets are in it.</summary>
    private static string Name(string text) => NameText.TryParse(text, out byte[]? name, out string fault)
        ? DomainName.Format(name)
        : throw new StartException($"'{text}' is no name: {fault}");

    // As octets, which cost no memory until they are asked for; strings are made at the start.
    private static ReadOnlySpan<byte> HelpText => """
        dotproxy cache: looks into the cache of a running proxy, and flushes it

        Usage: dotproxy cache                  Figures: what is held, and what it did.
               dotproxy cache show NAME        All that is held of a name.
               dotproxy cache flush NAME       Forget a name, all types of it.
               dotproxy cache flush --all      Forget everything.

        The proxy must run with --control PATH; here the same path is given, or stands
        in the environment:
            --control PATH           The proxy's socket. [DOTPROXY_CONTROL]

        Only the user that the proxy runs as, and root, may ask. A name is meant with
        none below it, and in any letter case; the dot at its end may be left out, and
        \DDD stands for an octet: \032 is a blank.

        What show says of each answer:
          FLAGS   DO: asked for with DNSSEC records; CD: with validation switched off.
          HOLDS   answer, no such name, no such data, or a failure: not asked again yet.
          AGE     Seconds since it came.
          LEFT    Seconds until it expires; "stale" is since when it has.

        Exit code: 0 done, 1 the proxy cannot be reached or refuses, 2 wrong usage.

        Try it:
          dotproxy --listen 127.0.0.1:5300 --control /tmp/dotproxy.sock
          dotproxy cache show example.com --control /tmp/dotproxy.sock

        """u8;
}
