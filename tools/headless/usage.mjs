export const USAGE = `usage: npm run -s headless -- run FILE [INPUT] [options]
       npm run -s headless -- run --resume --out FILE [options]

  FILE              swarm file (YAML or JSON); - for standard input
  INPUT, --input LOG
                    what the agents read: lines, CSV or JSON lines, as the swarm file says; - for standard input
  --limit N         first N items only
  --model ID|URL    a model of the list, a model folder in the hub's layout, or remote: all agents work at --remote
  --engine NAME     webllm (default), stock (turns one by one through WebLLM's chat API) or scripted (answers by rule)
  --seed N          overrides the swarm file's seed
  --vram MiB        GPU memory that may be used, before the occupancy limit
  --adapter NAME    auto (default: a real GPU where there is one), gpu or swiftshader
  --ask             ask about tasks that fail, as the page does for a person; without it only a swarm file that says so has it asked
  --remote URL      tasks that every model here fails at, or all where the model is remote, may go to this
                    OpenAI-compatible endpoint, their text with them;
                    its key, if it wants one, is read from PLANARIA_REMOTE_KEY and kept nowhere
  --remote-model ID the model that the endpoint is to use

results; each is written while the run goes on, - is standard output
  --out FILE        one JSON object a line
  --csv FILE        the same as CSV
  --report FILE     the run report, JSON; at the end; with the answer, where the swarm file has a report
  --markdown FILE   that answer as Markdown; at the end
  --overwrite       replace files that are there, and a run that stopped
  --timeout SECONDS stop after so long (default 3600)
  --resume          go on with the run that stopped: options that are left out are as it was begun with
  --state FOLDER    where what --resume needs is kept (default: OUT.resume beside the output)
  --quiet, -q       no progress, only what went wrong

faults
  --faults FILE     a fault plan (docs/faults.md) to play while the run goes on; its times count from the first loaded engine
  --log FILE        with --faults: the run's events, one JSON object a line
  --json            with --faults: no table, and what became of each fault in the last line

exit  0 every task ended in a result     1 the run ended, some tasks failed     2 bad use, nothing was started
      3 stopped early, results kept      4 could not start (browser, GPU)       141 the reader of standard output went away
      129, 130, 143 told to end by SIGHUP, SIGINT, SIGTERM; results kept
      with --faults: 0 every task ended exactly once, in a result or a named failure, 1 not`;
