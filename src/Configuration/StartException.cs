namespace DotProxy.Configuration;

/// <summary>Ends the start: the message names the key, its value and what would be right. Exit code 2.</summary>
internal sealed class StartException : Exception
{
    public StartException()
    {
    }

    public StartException(string message)
        : base(message)
    {
    }

    public StartException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
