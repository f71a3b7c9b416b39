namespace DotProxy.Configuration;

/// <summary>All that was given, in the order in which it counts: flags, then variables, then the file. A list is never mixed from two.</summary>
internal sealed class Sources(Arguments arguments, Func<string, string?> environment, ConfigFile? file)
{
    /// <exception cref="StartException">Something in the file is wrong.</exception>
    public static Sources Open(Arguments arguments, Func<string, string?> environment)
    {
        var outside = new Sources(arguments, environment, file: null);
        return outside.Find(Settings.Config) is [var given, ..] && Settings.Config.Read(outside) is [var path]
            ? new Sources(arguments, environment, ConfigFile.Load(path, given.Source))
            : outside;
    }

    public ConfigFile? File => file;

    /// <summary>Empty where nobody gave the setting a value.</summary>
    public IReadOnlyList<GivenText> Find(Setting setting)
    {
        if (arguments.Has(setting.Flag)) return [.. arguments.Values(setting.Flag).Select(text => new GivenText(text, setting.Flag, setting.Flag))];
        if (environment(setting.Variable) is { } value && !string.IsNullOrWhiteSpace(value)) return [new GivenText(value.Trim(), setting.Variable, setting.Variable)];
        return file?.Find(setting) ?? [];
    }

    /// <summary>What a message calls a setting: the place that its value is from; its flag where there is none.</summary>
    public string NameOf(Setting setting) => Find(setting) is [var first, ..] ? first.Source : setting.Flag;
}
