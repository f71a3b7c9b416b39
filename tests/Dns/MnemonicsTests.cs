using DotProxy.Dns;

namespace DotProxy.Tests.Dns;

public sealed class MnemonicsTests
{
    [Theory]
    [InlineData(1, "A")]
    [InlineData(28, "AAAA")]
    [InlineData(65, "HTTPS")]
    [InlineData(0, "TYPE0")]
    [InlineData(65535, "TYPE65535")]
    public void A_type_has_its_name_or_its_number(int type, string name) => Assert.Equal(name, Mnemonics.Type(type));

    [Theory]
    [InlineData(1, "IN")]
    [InlineData(3, "CH")]
    [InlineData(32, "CLASS32")]
    public void A_class_has_its_name_or_its_number(int @class, string name) => Assert.Equal(name, Mnemonics.Class(@class));

    [Theory]
    [InlineData(0, "NOERROR")]
    [InlineData(2, "SERVFAIL")]
    [InlineData(3, "NXDOMAIN")]
    [InlineData(9, "RCODE9")]
    public void A_response_code_has_its_name_or_its_number(int rcode, string name) => Assert.Equal(name, Mnemonics.ResponseCode(rcode));
}
