"""Tells for each text on standard input whether PyYAML composes it as one document.

The texts come as JSON strings, a line each; an answer is a line too: `ok`, or what is wrong.
"""

import json
import multiprocessing
import sys

import yaml


def verdict(line):
    """Answers for one text."""
    try:
        yaml.compose(json.loads(line), Loader=yaml.Loader)
    except yaml.YAMLError as error:
        return str(error).replace("\n", " ")
    except (ValueError, RecursionError) as error:
        return f"{type(error).__name__}: {error}"
    return "ok"


if __name__ == "__main__":
    with multiprocessing.Pool() as pool:
        for answer in pool.imap(verdict, sys.stdin, chunksize=50):
            print(answer)
