namespace DotProxy.Configuration;

/// <summary>Guesses what was meant by a name that is not known.</summary>
internal static class Spelling
{
    // Our choices: a slip is two letters or fewer, or an ending that is wrong or missing.
    private const int MostSlips = 2, LeastStart = 3, Start = 5;

    /// <summary>Such as " (did you mean --listen?)"; empty where nothing is near.</summary>
    public static string Suggest(string unknown, string prefix, IEnumerable<string> known)
    {
        string body = unknown.StartsWith(prefix, StringComparison.Ordinal) ? unknown[prefix.Length..] : unknown;
        string start = body[..Math.Min(body.Length, Start)];
        string? near = null, alike = null;
        int least = MostSlips + 1, beginAlike = 0;
        foreach (string name in known)
        {
            string other = name[prefix.Length..];
            int distance = Distance(body, other);
            if (distance < least) (near, least) = (name, distance);
            if (start.Length < LeastStart || !other.StartsWith(start, StringComparison.Ordinal)) continue;
            alike = name;
            beginAlike++;
        }
        if (beginAlike == 1) near ??= alike;
        return near is null ? "" : $" (did you mean {near}?)";
    }

    /// <summary>Letters to add, drop or change (Levenshtein's distance); upper and lower case are the same.</summary>
    private static int Distance(string one, string other)
    {
        int[] row = new int[other.Length + 1];
        for (int j = 0; j < row.Length; j++) row[j] = j;
        for (int i = 0; i < one.Length; i++)
        {
            int diagonal = row[0]++;
            for (int j = 0; j < other.Length; j++)
            {
                int change = char.ToUpperInvariant(one[i]) == char.ToUpperInvariant(other[j]) ? diagonal : diagonal + 1;
                diagonal = row[j + 1];
                row[j + 1] = Math.Min(change, Math.Min(row[j], diagonal) + 1);
            }
        }
        return row[^1];
    }
}
