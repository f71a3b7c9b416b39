using System.Text;

namespace DotProxy.Configuration;

/// <summary>What <c>--help</c> prints: made from <see cref="Settings"/>, so it cannot fall behind them.</summary>
internal static class HelpText
{
    private const int Column = 25;

    public static string Render()
    {
        var text = new StringBuilder("""
            dotproxy: answers plain DNS, asks over TLS

            Listens for DNS over UDP and TCP and forwards every question over TLS to a public
            resolver whose certificate it has checked. It never asks in clear.

            Usage: dotproxy [options]


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

            Every option is an environment variable too: --ca-file is DOTPROXY_CA_FILE, and a list is
            parted by commas. A flag wins over its variable.

            Try it beside what you have:
              dotproxy --listen 127.0.0.1:5300
              nslookup -port=5300 example.com 127.0.0.1
              dotproxy --listen 127.0.0.1:5300 --upstream tls://9.9.9.9#dns.quad9.net --log-level debug

            """).ToString();
    }

    private static void AppendSetting(StringBuilder text, Setting setting)
    {
        string help = setting.DefaultText.Length > 0 ? $"{setting.Help} [{setting.DefaultText}]" : setting.Help;
        AppendRow(text, $"    {setting.Flag} {setting.ValueName}", help);
    }

    private static void AppendRow(StringBuilder text, string name, string help)
    {
        string[] lines = help.Split('\n');
        text.Append("  ").Append(name.PadRight(Column)).Append(' ').Append(lines[0]).Append('\n');
        foreach (string line in lines[1..]) text.Append(' ', Column + 3).Append(line).Append('\n');
    }
}
