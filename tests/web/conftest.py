import sys
from pathlib import Path

# The rich record of the outputs' tests is told to the pages too; its module stands among those tests.
sys.path.insert(0, str(Path(__file__).parents[1] / "query"))
