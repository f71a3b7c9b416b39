using System.Text.Json;
using System.Text.Json.Serialization;
using DotProxy.Bench.Load;
using DotProxy.Bench.Reporting;
using DotProxy.Bench.Synthetic;

namespace DotProxy.Bench;

/// <summary>What the parts of the bench say to each other and leave behind.</summary>
[JsonSerializable(typeof(LoadResult))]
[JsonSerializable(typeof(UpstreamSnapshot))]
[JsonSerializable(typeof(Results))]
internal sealed partial class BenchJson : JsonSerializerContext
{
    /// <summary>A line each.</summary>
    public static BenchJson Compact { get; } = new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase });

    public static BenchJson Readable { get; } =
        new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true });
}
