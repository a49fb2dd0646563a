"""Start the simulator from its folder: `python tests/simulators/sofi --port 0`."""

from sofi_simulator.__main__ import main

main()
