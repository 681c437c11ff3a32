"""`python -m source_klaviyo` is the program `source-klaviyo`."""

from source_klaviyo.run import run

if __name__ == "__main__":
    run()
