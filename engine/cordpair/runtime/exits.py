"""Exit statuses of an engine. A service unit restarts on all of them but the operator's: ::

    RestartPreventExitStatus=75 78

The numbers are sysexits(3)'s where one fits.
"""

EXIT_OK = 0  # stopped by a signal or a request; calls on the PBX go on
EXIT_BUG = 70  # EX_SOFTWARE: a defect of ours; a restart recovers from the journal
EXIT_JOURNAL = 74  # EX_IOERR: the journal or the store cannot be opened or written
EXIT_FENCED = 75  # another engine took the PBX over: a restart would take it back, and so on for ever
EXIT_CONFIGURATION = 78  # EX_CONFIG: the operator must change the configuration

__all__ = ["EXIT_BUG", "EXIT_CONFIGURATION", "EXIT_FENCED", "EXIT_JOURNAL", "EXIT_OK"]
