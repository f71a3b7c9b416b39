using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace DotProxy.Tests.Fakes;

/// <summary>Keeps what was logged, at every level.</summary>
internal sealed class RecordingLogger : ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, int Id, string Message)> _lines = new();

    public IReadOnlyList<(LogLevel Level, int Id, string Message)> Lines => [.. _lines];

    public IEnumerable<string> Messages => Lines.Select(line => line.Message);

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue((logLevel, eventId.Id, formatter(state, exception)));
}
