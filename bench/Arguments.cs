using System.Globalization;
using System.Net;

namespace DotProxy.Bench;

/// <summary>What cannot be measured, said to the person who asked for it.</summary>
internal sealed class BenchException : Exception
{
    public BenchException()
    {
    }

    public BenchException(string message)
        : base(message)
    {
    }

    public BenchException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>The flags of a subcommand, <c>--name value</c> each. Everything behind <c>--</c> is kept as it is.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _values = [];

    public Arguments(ReadOnlySpan<string> arguments, params ReadOnlySpan<string> known)
    {
        for (int i = 0; i < arguments.Length; i++)
        {
            string flag = arguments[i];
            if (flag == "--")
            {
                Rest = arguments[(i + 1)..].ToArray();
                return;
            }
            if (!known.Contains(flag)) throw new BenchException($"'{flag}' is unknown; expected {string.Join(' ', known.ToArray())}");
            if (++i == arguments.Length) throw new BenchException($"{flag} needs a value");
            _values[flag] = arguments[i];
        }
    }

    public string[] Rest { get; } = [];

    public bool Has(string flag) => _values.ContainsKey(flag);

    public string Text(string flag, string? fallback = null) =>
        _values.GetValueOrDefault(flag) ?? fallback ?? throw new BenchException($"{flag} is missing");

    public double Number(string flag, double fallback)
    {
        if (!_values.TryGetValue(flag, out string? text)) return fallback;
        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
            ? value : throw new BenchException($"{flag} '{text}': expected a number");
    }

    /// <summary>A whole number above zero.</summary>
    public int Count(string flag, int fallback)
    {
        if (!_values.TryGetValue(flag, out string? text)) return fallback;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0
            ? value : throw new BenchException($"{flag} '{text}': expected a whole number above zero");
    }

    /// <summary>An address of this machine that no packet leaves by; every other is refused, for what is sent here is a flood.</summary>
    public IPEndPoint LoopbackAddress(string flag)
    {
        string text = Text(flag);
        if (!IPEndPoint.TryParse(text, out IPEndPoint? address)) throw new BenchException($"{flag} '{text}': expected ADDRESS:PORT");
        return IPAddress.IsLoopback(address.Address) ? address : throw new BenchException($"{flag} '{text}': loopback only");
    }
}
