using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace DotProxy.Telemetry;

/// <summary>One event as one line: for people, or as a JSON object for machines.</summary>
internal sealed class LogFormatter(bool asJson, TimeProvider time)
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    // A non-generic name in the state's list that repeats the message template; a line has the message already.
    private const string TemplateField = "{OriginalFormat}";

    /// <summary>The line in UTF-8, its newline included.</summary>
    public byte[] Format(
        LogLevel level, EventId id, string message, IReadOnlyList<KeyValuePair<string, object?>> fields, Exception? exception, int dropped)
    {
        string now = time.GetUtcNow().ToString(TimeFormat, CultureInfo.InvariantCulture);
        return asJson
            ? FormatJson(now, level, id, message, fields, exception, dropped)
            : FormatText(now, level, message, exception, dropped);
    }

    private static byte[] FormatText(string now, LogLevel level, string message, Exception? exception, int dropped)
    {
        string lost = dropped > 0 ? $" ({dropped} lines before this one were lost)" : "";
        string fault = exception is null ? "" : $": {exception}";
        return Encoding.UTF8.GetBytes($"{now} {Name(level),-5} {OneLine(message)}{OneLine(fault)}{lost}\n");
    }

    private static byte[] FormatJson(
        string now, LogLevel level, EventId id, string message, IReadOnlyList<KeyValuePair<string, object?>> fields, Exception? exception, int dropped)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("time", now);
        json.WriteString("level", Name(level));
        json.WriteNumber("id", id.Id);
        json.WriteString("event", id.Name);
        json.WriteString("message", message);
        foreach ((string key, object? value) in fields)
        {
            if (key != TemplateField) WriteField(json, JsonNamingPolicy.CamelCase.ConvertName(key), value);
        }
        if (exception is not null) json.WriteString("exception", exception.ToString());
        if (dropped > 0) json.WriteNumber("linesLostBefore", dropped);
        json.WriteEndObject();
        json.Flush();
        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteField(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case int number: json.WriteNumber(name, number); break;
            case long number: json.WriteNumber(name, number); break;
            default: json.WriteString(name, value?.ToString()); break;
        }
    }

    /// <summary>What others wrote (a certificate's subject, say) must neither forge a line nor drive a terminal.</summary>
    public static string OneLine(string text)
    {
        text = text.ReplaceLineEndings(" ");
        return text.Any(char.IsControl) ? string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter)) : text;
    }

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        _ => "fatal",
    };
}
