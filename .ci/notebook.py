"""Executes docs/colab.ipynb against the embedded endpoint in place of vLLM, and interrupts its run once, so that it must resume.

Needs Debian's python3-nbclient and python3-ipykernel. The calibrate command must have been built.
"""

import os
import pathlib
import socket
import sys
import tempfile

import nbformat
from nbclient import NotebookClient

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Runs the cell's command until a first answer is on disk, and stops it as a disconnect does: without a warning.
DISCONNECT = """
first = subprocess.Popen(list(map(str, command())), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
for _ in range(6000):
    journals = list(RUNS.glob("*/journal/trials*.jsonl"))
    if any(journal.stat().st_size > 0 for journal in journals) or first.poll() is not None:
        break
    time.sleep(0.01)
first.kill()
first.wait()
assert newest() is not None and not has_ended(newest()), "the run was not interrupted"
interrupted = newest()
"""

RESUMED = """
assert RUN == interrupted and has_ended(RUN), f"{interrupted} was not resumed: {RUN}"
"""


def main():
    book = nbformat.read(ROOT / "docs" / "colab.ipynb", as_version=4)
    cells, skipped = [], []
    for cell in book.cells:
        tags = cell.metadata.get("tags", [])
        if "pandas" in tags:
            skipped.append("the pandas cell (Debian has no pyarrow, which pandas needs for Parquet)")
            continue
        if "measure" in tags:
            cells += [nbformat.v4.new_code_cell(DISCONNECT), cell, nbformat.v4.new_code_cell(RESUMED)]
            continue
        cells.append(cell)
    book.cells = cells
    with tempfile.TemporaryDirectory() as work, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        os.environ.pop("COLAB_RELEASE_TAG", None)
        os.environ.update(CALIBRATION_SOURCES=str(ROOT), CALIBRATION_WORK=work, CALIBRATION_PORT=str(port))
        # Its outputs are those of this machine: the notebook itself stays without any.
        NotebookClient(book, timeout=600, kernel_name="python3", resources={"metadata": {"path": work}}).execute()
    shown = [output for cell in book.cells for output in cell.get("outputs", []) if output.output_type == "display_data"]
    assert sum("image/png" in output.data for output in shown) == 3, "three figures were expected"
    assert any("text/markdown" in output.data for output in shown), "Table I was expected"
    executed = sum(cell.cell_type == "code" for cell in book.cells) - 2
    print(f"Notebook: {executed} cells executed, interrupted once and resumed; not run: {'; '.join(skipped)}.")


if __name__ == "__main__":
    sys.exit(main())
