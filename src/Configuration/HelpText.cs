using System.Text;

namespace DotProxy.Configuration;

/// <summary>What <c>--help</c> prints: made from <see cref="Settings"/>, so it cannot fall behind them.</summary>
internal static class HelpText
{
    /// <summary>The terminal that everybody has.</summary>
    public const int Width = 80;

    private const int Column = 28;

    public static string Render()
    {
        var text = new StringBuilder("""
            dotproxy: answers plain DNS, asks over TLS or HTTPS

            Listens for DNS over UDP and TCP and forwards every question over TLS or HTTPS
            to a public resolver whose certificate it has checked. It asks in clear only
            for the names that --route sends to a plain server.

            Usage: dotproxy [options]
                   dotproxy check [options]    Check them, the environment and the file,
                                               and show what would hold; start nothing.
                   dotproxy cache [show NAME | flush NAME | flush --all]   (see its --help)


            """);
        foreach ((string title, Setting[] members) in Settings.Groups)
        {
            text.Append(title).Append(":\n");
            foreach (Setting setting in members) AppendSetting(text, setting);
            text.Append('\n');
        }
        text.Append("Other:\n");
        AppendRow(text, "-h, --help", "Show this and exit.");
        AppendRow(text, "    --version", "Show the version and exit.");
        return text.Append("""

            Every option is an environment variable too: --ca-file is DOTPROXY_CA_FILE.
            Where an option may be repeated, its values may also be separated by commas.
            In the file it is a key: ca-file = "FILE". A flag wins over its variable, and
            that over the file; an empty variable counts as unset.

            Try it beside what you have:
              dotproxy --listen 127.0.0.1:5300
              nslookup -port=5300 example.com 127.0.0.1
              dotproxy --listen 127.0.0.1:5300 --upstream tls://9.9.9.9#dns.quad9.net

            """).ToString();
    }

    private static void AppendSetting(StringBuilder text, Setting setting)
    {
        string help = setting.DefaultText.Length > 0 ? $"{setting.Help} [{setting.DefaultText}]" : setting.Help;
        AppendRow(text, $"    {setting.Flag} {setting.ValueName}", help);
    }

    private static void AppendRow(StringBuilder text, string name, string help)
    {
        text.Append(("  " + name).PadRight(Column - 1));
        int column = Column - 1;
        foreach (string word in help.Split(' '))
        {
            if (column + 1 + word.Length > Width)
            {
                text.Append('\n').Append(' ', Column - 1);
                column = Column - 1;
            }
            text.Append(' ').Append(word);
            column += 1 + word.Length;
        }
        text.Append('\n');
    }
}
