using System.Buffers;
using System.Security.Cryptography;
using DotProxy.Configuration;
using DotProxy.Dns;
using DotProxy.Telemetry;

namespace DotProxy.Caching;

/// <summary>
/// Keeps the cache over a restart. The file is written beside its place and then put there in one step, so that it is never half a
/// file; a checksum tells one that was damaged. What it holds ages while nobody runs; failures are not kept, nor what is in a routed
/// zone: by the next start the route may be gone, or be new, and what another server said of a name would stand for it.
/// <code>
/// "DOTPROXY" | VERSION 32 | TIME 64 (Unix seconds) | entry … | SHA-256 of all before it
/// </code>
/// </summary>
internal sealed class CacheFile(string path, AnswerCache cache, CacheClock clock, CachePolicy policy, TimeProvider time, LogEvents log, NameMap<RouteSpec> routed)
{
    private const int Checksum = SHA256.HashSizeInBytes;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly Lock _saving = new();
    private long _savedVersion = -1;
    private bool _isForeign;

    /// <summary>Reads what is there; a file that is none of ours, or not whole, is a warning and nothing more.</summary>
    public void Load()
    {
        if (!File.Exists(path)) return;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
            if (!IsWhole(file)) Leave("it is damaged, cut off, or no cache file");
            else if (Restore(file) is { } count) log.CacheRestored(count, path);
            else Leave("it is of another version");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Leave(exception.Message);
        }
        _savedVersion = cache.Version;
    }

    /// <summary>Writes what is held, if anything has changed since the last time; a failure is a warning.</summary>
    public void Save()
    {
        lock (_saving)
        {
            long version = cache.Version;
            if (_isForeign || version == _savedVersion) return;
            try
            {
                string draft = path + ".new";
                int count = Write(draft);
                File.Move(draft, path, overwrite: true);
                _savedVersion = version;
                log.CacheSaved(count, path);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                log.CacheNotSaved(path, exception.Message);
            }
        }
    }

    /// <summary>What stands there may be somebody's: a path mistyped must cost no file.</summary>
    private void Leave(string cause)
    {
        _isForeign = true;
        log.CacheFileUnusable(path, cause);
    }

    private int Write(string draft)
    {
        File.Delete(draft);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        using var file = new FileStream(draft, options);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var gathered = new ArrayBufferWriter<byte>(64 * 1024);
        int count = 0;
        uint now = clock.Now;
        CacheFileFormat.WriteHeader(gathered, time.GetUtcNow().ToUnixTimeSeconds());
        // Entries are gathered under a shard's lock, and written without it.
        cache.ForEach(
            entry => count += routed.FindNearest(entry.Question[..^4]) is null && CacheFileFormat.TryWrite(gathered, entry, now) ? 1 : 0,
            () =>
            {
                hash.AppendData(gathered.WrittenSpan);
                file.Write(gathered.WrittenSpan);
                gathered.ResetWrittenCount();
            });
        file.Write(hash.GetHashAndReset());
        file.Flush(flushToDisk: true);
        return count;
    }

    /// <summary>Whether the file ends with its checksum; leaves it at its beginning.</summary>
    private static bool IsWhole(FileStream file)
    {
        long rest = file.Length - Checksum;
        if (rest < 0) return false;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[64 * 1024];
        while (rest > 0)
        {
            int count = file.Read(buffer, 0, (int)Math.Min(buffer.Length, rest));
            if (count == 0) return false;
            hash.AppendData(buffer, 0, count);
            rest -= count;
        }
        Span<byte> checksum = stackalloc byte[Checksum];
        bool isWhole = file.ReadAtLeast(checksum, Checksum, throwOnEndOfStream: false) == Checksum && checksum.SequenceEqual(hash.GetHashAndReset());
        file.Position = 0;
        return isWhole;
    }

    /// <summary>Puts the entries into the cache that may still be given; null where the file is not to be understood.</summary>
    private int? Restore(FileStream file)
    {
        long end = file.Length - Checksum;
        if (!CacheFileFormat.TryReadHeader(file, out long writtenAt)) return null;
        // A clock that was set back since makes nothing younger.
        long down = Math.Max(0, time.GetUtcNow().ToUnixTimeSeconds() - writtenAt);
        uint now = clock.Now;
        byte[] buffer = new byte[CacheFileFormat.LongestEntry];
        int count = 0;
        while (file.Position < end)
        {
            if (!CacheFileFormat.TryRead(file, buffer, out StoredEntry entry)) return null;
            if (entry.TryRestore(cache, policy, now, down, routed)) count++;
        }
        return count;
    }
}
