"""Says numbers as people do."""

import humanize

print(humanize.intword(123_456_789), humanize.naturalsize(3_000_000))
