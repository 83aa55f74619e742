"""What Cordpair's speed is measured with: ``make bench``, or one part with ``make bench WHAT=core``."""
