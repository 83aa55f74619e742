"""What the documentation's site is made of beside the pages: reference pages from the real objects, links.

Not shipped. Each maker is a pure function from what the code has to Markdown, and beside it stands a function that
lists what nobody explained; ``tests/docs`` sees to it that the list is empty.
"""
