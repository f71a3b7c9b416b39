namespace DotProxy.Configuration;

internal enum LogFormat
{
    Text,
    Json,
}
