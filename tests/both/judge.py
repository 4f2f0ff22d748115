"""Judges log folders one after the other, a line of JSON each, until no more are named: what
tools/verify/verify.py says of each, without a start of Python for every one."""

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout

sys.path.insert(0, sys.argv[1])
import verify


def judge(folder, key):
    out, err = io.StringIO(), io.StringIO()
    sys.argv = ["verify.py", folder, "--log-key", key]
    with redirect_stdout(out), redirect_stderr(err):
        try:
            status = verify.main()
        except SystemExit as end:
            status = end.code
    text = out.getvalue()
    return {"status": status, "said": json.loads(text) if text else None, "err": err.getvalue()}


for line in sys.stdin:
    try:
        told = judge(**json.loads(line))
    except Exception as error:  # The test that asked fails with it.
        told = {"status": -1, "said": None, "err": repr(error)}
    print(json.dumps(told), flush=True)
