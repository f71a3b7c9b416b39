using CsCheck;

namespace DotProxy.Tests.Caching;

public sealed class CachePropertyTests
{
    private static readonly Gen<(int Kind, int Name, int Value)[]> s_steps = Gen.Select(Gen.Int[0, 99], Gen.Int[0, 3], Gen.Int[0, 400]).Array[0, 300];

    [Fact]
    public void No_sequence_of_answers_failures_and_time_gives_a_TTL_that_grows_an_answer_past_its_time_or_another_names_data() =>
        s_steps.Sample(
            steps =>
            {
                using var model = new CacheModel();
                return model.Run(steps);
            },
            iter: 400);
}
