using System.Collections;

namespace DotProxy.Configuration;

/// <summary>Variables that look like settings of ours and are none: most are slips, and what was meant does not hold.</summary>
internal static class UnknownVariables
{
    // What the test suite sets for itself. Kubernetes gives every pod variables about each service; one called dotproxy has the others.
    private static readonly string[] s_ofOthers = ["DOTPROXY_TEST_", "DOTPROXY_SERVICE_", "DOTPROXY_PORT_"];
    private const string KubernetesPort = "DOTPROXY_PORT";

    /// <summary>Their names.</summary>
    public static IEnumerable<string> Among(IDictionary environment)
    {
        foreach (DictionaryEntry variable in environment)
        {
            var name = (string)variable.Key;
            if (name.StartsWith(Setting.VariablePrefix, StringComparison.Ordinal) && !IsOurs(name) && !IsOfOthers(name, variable.Value as string)) yield return name;
        }
    }

    /// <summary>What the start warns of, in sentences.</summary>
    public static IEnumerable<string> Warnings(IDictionary environment) =>
        Among(environment).Select(name => $"{name} is no option of dotproxy and has no effect{Guess(name)}; 'dotproxy --help' lists what there is");

    /// <summary>What was meant, such as " (did you mean DOTPROXY_LISTEN?)"; empty where nothing is near.</summary>
    public static string Guess(string name) => Spelling.Suggest(name, Setting.VariablePrefix, Settings.All.Select(setting => setting.Variable));

    private static bool IsOurs(string name) => Settings.All.Any(setting => setting.Variable == name);

    private static bool IsOfOthers(string name, string? value) =>
        Array.Exists(s_ofOthers, prefix => name.StartsWith(prefix, StringComparison.Ordinal))
        || (name == KubernetesPort && value?.Contains("://", StringComparison.Ordinal) == true);
}
