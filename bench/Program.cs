using DotProxy.Bench;
using DotProxy.Bench.Faults;
using DotProxy.Bench.Load;
using DotProxy.Bench.Measuring;
using DotProxy.Bench.Micro;
using DotProxy.Bench.Synthetic;

//    load ──UDP──▶ system under test ══TLS══▶ upstream
//                  (ours, then each peer)
//    run starts them, watches what each costs, and writes it down.

string usage = $"""
    dotproxy-bench: DNS-over-TLS forwarders side by side, on loopback

      upstream {UpstreamCommand.Usage}
          Answers DNS over TLS. Reads commands on its standard input: 'delay MS', 'counts'; ends when that ends.
      load {LoadCommand.Usage}
          Asks, checks every answer, prints what it saw as JSON.
      echo {EchoCommand.Usage}
          Answers over UDP by itself: the floor under every forwarder.
      run {RunCommand.Usage}
          Measures BINARY and each peer that is installed; 'make bench' calls this through bench/run.sh.
      report FILE
          The tables of a run again, from its results.json.
      faults {FaultsCommand.Usage}
          What the clients notice when one of three real upstreams fails; 'make faults' calls this through bench/faults.sh.
      micro
          Times the parts of a query's way, one by one, and our cache beside a library's.
    """;
try
{
    return args switch
    {
        ["upstream", .. string[] rest] => UpstreamCommand.Run(rest),
        ["load", .. string[] rest] => LoadCommand.Run(rest),
        ["echo", .. string[] rest] => EchoCommand.Run(rest),
        ["run", .. string[] rest] => RunCommand.Run(rest),
        ["report", var file] => RunCommand.Report(file),
        ["faults", .. string[] rest] => FaultsCommand.Run(rest),
        ["micro"] => MicroCommand.Run(),
        _ => Output.Refuse(usage),
    };
}
catch (BenchException fault)
{
    return Output.Refuse($"dotproxy-bench: {fault.Message}");
}
