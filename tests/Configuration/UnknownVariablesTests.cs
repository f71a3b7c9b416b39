using System.Collections;
using DotProxy.Configuration;

namespace DotProxy.Tests.Configuration;

public sealed class UnknownVariablesTests
{
    [Theory]
    [InlineData("DOTPROXY_LISTENS", " (did you mean DOTPROXY_LISTEN?)")]
    [InlineData("DOTPROXY_CAFILE", " (did you mean DOTPROXY_CA_FILE?)")]
    [InlineData("DOTPROXY_UPSTREAM_SERVER", " (did you mean DOTPROXY_UPSTREAM?)")]
    [InlineData("DOTPROXY_log_level", " (did you mean DOTPROXY_LOG_LEVEL?)")]
    [InlineData("DOTPROXY_COLOUR", "")]
    [InlineData("DOTPROXY_PORT", "")]
    [InlineData("DOTPROXY_", "")]
    public void A_variable_that_is_none_of_ours_is_named_with_a_guess(string name, string guess) =>
        Assert.Equal(
            name + guess, Assert.Single(UnknownVariables.Among(new Hashtable { [name] = "5300", ["PATH"] = "/bin", ["DOTPROXY"] = "1" })) + UnknownVariables.Guess(name));

    [Fact]
    public void All_are_named() =>
        Assert.Equal(["DOTPROXY_A", "DOTPROXY_B"], UnknownVariables.Among(new Hashtable { ["DOTPROXY_B"] = "", ["DOTPROXY_A"] = "" }).Order());

    [Fact]
    public void The_settings_own_are_known()
    {
        var environment = new Hashtable();
        foreach (Setting setting in Settings.All) environment[setting.Variable] = "";
        Assert.Empty(UnknownVariables.Among(environment));
    }

    // The tests', and what Kubernetes sets for a service called dotproxy.
    [Theory]
    [InlineData("DOTPROXY_TEST_BINARY", "/bin/true")]
    [InlineData("DOTPROXY_SERVICE_HOST", "10.0.0.1")]
    [InlineData("DOTPROXY_SERVICE_PORT_DNS", "53")]
    [InlineData("DOTPROXY_PORT", "udp://10.0.0.1:53")]
    [InlineData("DOTPROXY_PORT_53_UDP_ADDR", "10.0.0.1")]
    public void What_others_set_is_no_slip(string name, string value) => Assert.Empty(UnknownVariables.Among(new Hashtable { [name] = value }));
}
