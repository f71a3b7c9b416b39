using System.Runtime.Versioning;

// Signals, file modes and Debian's tools: the tests run on Linux, as the binary does.
[assembly: SupportedOSPlatform("linux")]
