using DotProxy.Configuration;
using DotProxy.Control;

namespace DotProxy.Tests.Control;

public sealed class CacheCommandTests
{
    [Theory]
    [InlineData("", "figures")]
    [InlineData("show example.com", "show example.com.")]
    [InlineData("show eXample.com.", "show eXample.com.")]
    [InlineData(@"show \097\032.test", @"show a\032.test.")]
    [InlineData("flush .", "flush .")]
    [InlineData("flush --all", "flush-all")]
    [InlineData("--all flush", "flush-all")]
    public void Words_are_a_request(string words, string request)
    {
        string[] split = words.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(("/p", request), CacheCommand.Parse([.. split, "--control", "/p"], _ => null));
        Assert.Equal(("/p", request), CacheCommand.Parse(["--control=/p", .. split], _ => "/other"));
        Assert.Equal(("/v", request), CacheCommand.Parse(split, name => name == "DOTPROXY_CONTROL" ? "/v" : null));
    }

    [Theory]
    [InlineData("show", "cache show needs a name, such as 'dotproxy cache show example.com'")]
    [InlineData("flush", "cache flush needs a name, or --all for everything")]
    [InlineData("flush a.b --all", "cache flush takes a name or --all, not both")]
    [InlineData("show --all", "--all is for 'cache flush' alone; 'dotproxy cache --help' shows how")]
    [InlineData("--all", "--all is for 'cache flush' alone; 'dotproxy cache --help' shows how")]
    [InlineData("show a b", "cache show takes one name, and there are 2")]
    [InlineData("flsh a.b", "'flsh' is unknown (did you mean flush?); 'dotproxy cache --help' lists what there is")]
    [InlineData("show a..b", "'a..b' is no name: a label between two dots, or before the first, is empty")]
    [InlineData("show --control", "--control needs a value after it; 'dotproxy cache --help' says which")]
    [InlineData("show a --contrl /p", "'--contrl' is unknown (did you mean --control?); 'dotproxy cache --help' lists what there is")]
    [InlineData("show a --control /p --control /q", "--control is given 2 times; once would be right")]
    [InlineData("show a", "where the proxy listens is not said: give --control PATH as it has it, or set DOTPROXY_CONTROL")]
    public void Wrong_words_are_refused_with_what_would_be_right(string words, string message) =>
        Assert.Equal(message, Assert.Throws<StartException>(() => CacheCommand.Parse(words.Split(' '), _ => null)).Message);
}
