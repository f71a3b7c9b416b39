namespace DotProxy.Tests.Fakes;

/// <summary>Waits for something to become true, looking again and again.</summary>
internal static class Condition
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    public static async Task HoldsAsync(Func<bool> condition, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(condition))] string text = "")
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < s_patience, $"this did not come true: {text}");
            await Task.Delay(TimeSpan.FromMilliseconds(5));
        }
    }
}
