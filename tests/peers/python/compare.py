"""Prints a table of our times beside those of NumPy, PyTorch and JAX; `run.sh` calls it.

Every contender is a process of its own that answers each line with a time. They take turns, so that a
machine that changes its speed changes it for all, and the best time of each is kept. Before, all must have
computed the same on a small case of each kind.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np

from peer import LIBRARIES

HERE = Path(__file__).resolve().parent

CASES = {
    "steps": [
        "three_points/3x100000",
        "linear/100000x32",
        "linear/1000000x8",
        "linear/1000000x64",
        "linear/4000000x16",
        "logistic/1000000x32",
        "huber/1000000x32",
        "softmax/200000x64x10",
        "elementwise/1000000",
        "mlp/128x784x128x10",
    ],
    "matmul": [
        "matmul/1x64x64x64",
        "matmul/1x128x128x128",
        "matmul/1x256x256x256",
        "matmul/1x512x512x512",
        "matmul/1x1024x1024x1024",
        "matmul/1x2048x2048x2048",
        "matmul/64x64x64x64",
        "matmul/1024x32x32x32",
        "matmul/100000x16x16x16",
        "matmul/10000x8x8x8",
        "matmul/100000x4x4x4",
        "matmul/100000x3x3x3",
        "matmul/128x128x64x1",
        "matmul/1x1000000x8x1",
        "matmul/1x64x1000000x1",
    ],
}

SMALL = {
    "steps": [
        "three_points/3x1000",
        "linear/300x7",
        "logistic/300x7",
        "huber/300x7",
        "softmax/300x7x5",
        "elementwise/1000",
        "mlp/20x30x16x5",
    ],
    "matmul": ["matmul/3x5x7x4"],
}

# A part of the largest number: the order of sums of f32 differs.
TOLERANCE = 1e-4


def programs():
    """The paths of our programs, built."""
    benches = [argument for name in CASES for argument in ("--bench", name)]
    command = ["cargo", "bench", "--quiet", "-p", "gradus-tests", *benches, "--no-run", "--message-format=json"]
    lines = subprocess.run(command, cwd=HERE.parents[2], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    built = [message for message in map(json.loads, lines) if message.get("executable")]
    return {message["target"]["name"]: message["executable"] for message in built}


def contenders(program):
    """The commands that take `--serve CASE` and `--check CASE`, ours first."""
    peers = {library: [sys.executable, str(HERE / "peer.py"), library] for library in LIBRARIES}
    return {"Gradus": [program], **peers}


def answers(command, cases):
    """For each case the loss and the numbers after a step."""
    run = subprocess.run([*command, "--check", *cases], check=True, stdout=subprocess.PIPE, text=True)
    return [np.array(line.split(), np.float64) for line in run.stdout.splitlines()]


def check(program, cases):
    """Compares what all compute. Ours takes a case at a time."""
    (_, command), *peers = contenders(program).items()
    ours = [answers(command, [case])[0] for case in cases]
    for name, command in peers:
        for case, mine, theirs in zip(cases, ours, answers(command, cases), strict=True):
            if mine.shape != theirs.shape or not np.allclose(mine, theirs, rtol=0, atol=TOLERANCE * abs(mine).max()):
                sys.exit(f"{case}: {name} computes\n{theirs}, ours is\n{mine}")


class Server:
    """A process that answers with times. Between its turns it is stopped, so that threads that wait for more
    work keep no core busy."""

    def __init__(self, command, case):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen([*command, "--serve", case], **pipes)
        self.best = float("inf")

    def turn(self):
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        self.best = min(self.best, float(self.process.stdout.readline()))
        self.process.send_signal(signal.SIGSTOP)

    def end(self):
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.close()
        self.process.wait()


def times(program, case, rounds):
    """The best time of each contender in nanoseconds."""
    servers = {name: Server(command, case) for name, command in contenders(program).items()}
    # By the first answer everything is compiled, and all are ready.
    for _ in range(rounds + 1):
        for server in servers.values():
            server.turn()
    for server in servers.values():
        server.end()
    return [server.best for server in servers.values()]


def shown(nanoseconds):
    for unit, size in (("ms", 1e6), ("us", 1e3)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds:.3g} ns"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="the cases whose names contain one of these; without, all")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--no-check", action="store_true", help="the answers have been compared already")
    arguments = parser.parse_args()

    built = programs()
    if not arguments.no_check:
        for name, cases in SMALL.items():
            check(built[name], cases)
        print("All agree on the losses and the parameters after a step.\n", flush=True)

    threads = os.environ["OMP_NUM_THREADS"]
    print(f"| {threads} thread(s) | Gradus | {' | '.join(LIBRARIES)} |", flush=True)
    print("|---" * (len(LIBRARIES) + 2) + "|", flush=True)
    for name, cases in CASES.items():
        for case in cases:
            if arguments.words and not any(word in case for word in arguments.words):
                continue
            ours, *theirs = times(built[name], case, arguments.rounds)
            peers = [f"{shown(time)} ({time / ours:.2f})" for time in theirs]
            print(f"| {case} | {shown(ours)} | {' | '.join(peers)} |", flush=True)


if __name__ == "__main__":
    main()
