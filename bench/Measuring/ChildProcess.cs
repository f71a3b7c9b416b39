using System.Diagnostics;
using System.Globalization;

namespace DotProxy.Bench.Measuring;

/// <summary>
/// A process that was started here and ends with this one: pinned to its cores, and ahead of whatever else this machine does
/// where that is allowed. The kernel ties its life to the thread that started it, so all are started by the main thread.
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    private const int GraceMilliseconds = 3000;

    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>A server: what it says goes to a file.</summary>
    public static ChildProcess StartServer(int[] cores, string[] command, string directory)
    {
        string[] quiet = ["sh", "-c", "exec \"$@\" >log 2>&1 </dev/null", "sh", .. command];
        return new ChildProcess(Process.Start(Describe(cores, quiet, directory))!);
    }

    /// <summary>One of our own subcommands, that is talked to over its standard input and output.</summary>
    public static ChildProcess StartOwn(int[] cores, string[] arguments)
    {
        ProcessStartInfo start = Describe(cores, [Environment.ProcessPath!, .. arguments], Environment.CurrentDirectory);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        return new ChildProcess(Process.Start(start)!);
    }

    public string ReadLine() => _process.StandardOutput.ReadLine() ?? throw new BenchException("a part of the bench ended early");

    public string Ask(string command)
    {
        _process.StandardInput.WriteLine(command);
        _process.StandardInput.Flush();
        return ReadLine();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kernel.AskToStop(_process.Id);
            if (!_process.WaitForExit(GraceMilliseconds)) _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }
        _process.Dispose();
    }

    /// <summary>Each of these becomes the next by exec: the ID stays the server's.</summary>
    private static ProcessStartInfo Describe(int[] cores, string[] command, string directory)
    {
        string[] ahead = Environment.IsPrivilegedProcess ? ["nice", "-n", Precedence.Nice.ToString(CultureInfo.InvariantCulture)] : [];
        return new ProcessStartInfo("setpriv", ["--pdeathsig", "KILL", .. ahead, "taskset", "-c", Cores.Join(cores), .. command])
        {
            WorkingDirectory = directory,
        };
    }
}
