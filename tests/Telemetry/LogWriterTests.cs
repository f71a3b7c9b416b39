using System.Text;
using DotProxy.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace DotProxy.Tests.Telemetry;

public sealed class LogWriterTests
{
    private const int Capacity = 1024;

    [Fact]
    public async Task Lines_come_out_in_order_and_all_are_written_before_it_is_disposed()
    {
        using var stream = new MemoryStream();
        await using (LogWriter writer = new(stream, LogLevel.Information, asJson: false, new FakeTimeProvider()))
        {
            for (int i = 0; i < 500; i++) Write(writer, $"line {i}");
        }
        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"line {i}"), Lines(stream).Select(line => line[31..]));
    }

    [Theory]
    [InlineData(LogLevel.Debug, true, true, true)]
    [InlineData(LogLevel.Information, false, true, true)]
    [InlineData(LogLevel.Error, false, false, true)]
    public async Task What_is_below_the_level_is_not_written(LogLevel minimum, bool debug, bool info, bool error)
    {
        using var stream = new MemoryStream();
        await using (LogWriter writer = new(stream, minimum, asJson: false, new FakeTimeProvider()))
        {
            Assert.Equal((debug, info, error), (writer.IsEnabled(LogLevel.Debug), writer.IsEnabled(LogLevel.Information), writer.IsEnabled(LogLevel.Error)));
            Assert.False(writer.IsEnabled(LogLevel.None));
            foreach (LogLevel level in (LogLevel[])[LogLevel.Debug, LogLevel.Information, LogLevel.Error, LogLevel.None]) Write(writer, "x", level);
        }
        Assert.Equal(new[] { debug, info, error }.Count(written => written), Lines(stream).Length);
    }

    [Fact]
    public async Task A_reader_who_stalls_stalls_nobody_and_is_told_afterwards_how_many_lines_it_missed()
    {
        using var stream = new StallingStream();
        await using (LogWriter writer = new(stream, LogLevel.Information, asJson: false, new FakeTimeProvider()))
        {
            Write(writer, "first");
            await stream.Writing(1);
            for (int i = 0; i < Capacity; i++) Write(writer, "kept");
            for (int i = 0; i < 77; i++) Write(writer, "lost");
            stream.Release();
            await stream.Writing(Capacity + 1);
            Write(writer, "after");
            Write(writer, "later");
        }
        string[] lines = Lines(stream.Written);
        Assert.Equal(Capacity + 3, lines.Length);
        Assert.DoesNotContain(lines, line => line.Contains("lost", StringComparison.Ordinal) && !line.Contains("after", StringComparison.Ordinal));
        Assert.EndsWith("after (77 lines before this one were lost)", lines[^2], StringComparison.Ordinal);
        Assert.EndsWith("later", lines[^1], StringComparison.Ordinal);
    }

    // The clock is asked while a line is made: in that moment another thread's line is lost, here on purpose.
    [Fact]
    public async Task A_line_that_is_lost_while_another_is_made_is_still_told()
    {
        using var stream = new StallingStream();
        var time = new MeddlingTime();
        await using (LogWriter writer = new(stream, LogLevel.Information, asJson: false, time))
        {
            Write(writer, "first");
            await stream.Writing(1);
            for (int i = 0; i < Capacity; i++) Write(writer, "kept");
            Write(writer, "lost before");
            time.Meddle = () =>
            {
                Write(writer, "lost meanwhile");
                stream.Release();
                stream.Writing(2).Wait(TestContext.Current.CancellationToken);
            };
            Write(writer, "after");
            await stream.Writing(Capacity + 2);
            Write(writer, "later");
        }
        string[] lines = Lines(stream.Written);
        int told = lines.Select(line => line.Split(" (") is [_, var rest] ? int.Parse(rest.Split(' ')[0], null) : 0).Sum();
        Assert.Equal(2, told);
    }

    [Fact]
    public async Task A_reader_who_is_gone_hinders_nobody()
    {
        using var stream = new BrokenStream();
        await using LogWriter writer = new(stream, LogLevel.Information, asJson: false, new FakeTimeProvider());
        for (int i = 0; i < 5 * Capacity; i++) Write(writer, "x");
        await stream.Tried;
    }

    private static void Write(LogWriter writer, string message, LogLevel level = LogLevel.Information) =>
        writer.Log(level, new EventId(1, "Test"), message, null, (state, _) => state);

    private static string[] Lines(MemoryStream stream) => Encoding.UTF8.GetString(stream.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Blocks its writer until it is released.</summary>
    private sealed class StallingStream : MemoryStream
    {
        private readonly ManualResetEventSlim _released = new();
        private readonly List<(int Count, TaskCompletionSource Reached)> _waiting = [];
        private int _writes;

        public MemoryStream Written { get; } = new();

        public void Release() => _released.Set();

        /// <summary>Completes when so many writes have begun.</summary>
        public Task Writing(int count)
        {
            lock (_waiting)
            {
                if (_writes >= count) return Task.CompletedTask;
                var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.Add((count, reached));
                return reached.Task;
            }
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            lock (_waiting)
            {
                _writes++;
                foreach ((int count, TaskCompletionSource reached) in _waiting)
                {
                    if (_writes >= count) reached.TrySetResult();
                }
            }
            _released.Wait();
            Written.Write(buffer);
        }

        protected override void Dispose(bool disposing)
        {
            _released.Set();
            base.Dispose(disposing);
        }
    }

    private sealed class BrokenStream : MemoryStream
    {
        private readonly TaskCompletionSource _tried = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Tried => _tried.Task;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _tried.TrySetResult();
            throw new IOException("Broken pipe");
        }
    }

    /// <summary>Does something once, the next time that it is asked.</summary>
    private sealed class MeddlingTime : TimeProvider
    {
        public Action? Meddle { get; set; }

        public override DateTimeOffset GetUtcNow()
        {
            Action? meddle = Meddle;
            Meddle = null;
            meddle?.Invoke();
            return DateTimeOffset.UnixEpoch;
        }
    }
}
