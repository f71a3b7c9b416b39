namespace DotProxy.Bench;

/// <summary>The one place that prints: results on standard output, progress and faults on standard error.</summary>
internal static class Output
{
#pragma warning disable RS0030 // A program for a terminal; here is where it writes to it and reads from it.
    public static TextReader Commands => Console.In;

    public static void Print(string text) => Console.Out.WriteLine(text);

    public static void Note(string text) => Console.Error.WriteLine(text);

    public static int Refuse(string text)
    {
        Console.Error.WriteLine(text);
        return 2;
    }
#pragma warning restore RS0030
}
