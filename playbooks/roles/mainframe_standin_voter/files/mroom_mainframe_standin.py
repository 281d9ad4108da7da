#!/usr/bin/python3
"""Starts the stand-in for the host computer.

mroom-mainframe-standin CONFIG.json
"""

import sys

sys.path.insert(0, "/usr/local/lib/mroom")

from mainframe_standin.program import main

main(sys.argv)
