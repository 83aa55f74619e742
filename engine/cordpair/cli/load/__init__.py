"""``cordpair load``: callers and agents' phones by the hundred, and what the centre made of them.

SIPp is the crowd (``cordpair.testing.sipp``). ``wish`` says what is wanted, ``run`` puts it on, ``tally`` counts, and
``engine_side`` and ``processors`` tell what SIPp cannot know.
"""

from cordpair.cli.load.command import load

__all__ = ["load"]
