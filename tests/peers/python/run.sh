#!/usr/bin/env bash
# Times beside NumPy, PyTorch and JAX, on one thread and on two: prints a table of each.
#
#     tests/peers/python/run.sh                       all cases
#     tests/peers/python/run.sh linear --rounds 20    the cases whose names contain a word
#
# The first time it installs the libraries into a virtual environment in target/. PyTorch's packages are
# large (6 GB); its compiler needs g++.
set -euo pipefail
cd "$(dirname "$0")"
environment=../../../target/peers-python/venv

if ! cmp --silent requirements.txt "$environment/installed.txt"; then
    python3 -m venv "$environment"
    "$environment/bin/pip" install --quiet --requirement requirements.txt
    cp requirements.txt "$environment/installed.txt"
fi

checked=()
for threads in 1 2; do
    xla=
    if [ "$threads" = 1 ]; then
        xla="--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    fi
    OMP_NUM_THREADS=$threads OPENBLAS_NUM_THREADS=$threads MKL_NUM_THREADS=$threads \
        RAYON_NUM_THREADS=$threads XLA_FLAGS=$xla JAX_PLATFORMS=cpu \
        taskset --cpu-list "0-$((threads - 1))" "$environment/bin/python" compare.py "${checked[@]}" "$@"
    checked=(--no-check)
    echo
done
