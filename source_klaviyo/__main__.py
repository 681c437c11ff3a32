"""`python -m source_klaviyo` is the program `source-klaviyo`."""

from source_klaviyo.start import source

if __name__ == "__main__":
    source()
