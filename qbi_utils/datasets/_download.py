"""Files to download: verified against a checksum, kept in a cache."""

import os
from pathlib import Path

import pooch
import requests

from ._dataset import DatasetError

_RETRIES = 1
_TIMEOUT_SECONDS = 30


def find_cache(cache):
    """Return the folder that keeps downloads: the one given, that of the environment, or the user's."""
    return Path(cache or os.environ.get("QBI_CACHE_DIR") or pooch.os_cache("qbi_utils"))


def download_file(name, checksum, url, cache, progress):
    """Return the path of a verified file in the cache, downloaded unless it is there.

    pooch downloads beside the final name, verifies the checksum and only then moves the file into
    place, so neither an interruption nor a second process can leave a partial file behind.
    """
    fetcher = pooch.create(cache, f"{url.rstrip('/')}/", registry={name: checksum}, retry_if_failed=_RETRIES)
    downloader = pooch.HTTPDownloader(progressbar=progress, timeout=_TIMEOUT_SECONDS)
    try:
        return Path(fetcher.fetch(name, downloader=downloader))
    except requests.RequestException as error:
        raise DatasetError(
            f"{name} could not be downloaded from {url} ({_reason(error)}). Nothing was changed in {cache}. "
            f"Run again when the server can be reached, or put a verified copy of {name} into {cache}."
        ) from error
    except ValueError as error:
        raise DatasetError(
            f"{name} from {url} does not have the expected checksum {checksum}, so it was thrown away. "
            "Run again; if that does not help, the server sends something else: try another `mirror`."
        ) from error
    except OSError as error:
        raise DatasetError(
            f"{name} cannot be kept in {cache} ({error.strerror}). "
            "Free some space there, or name another folder by `cache` or QBI_CACHE_DIR."
        ) from error


def _reason(error):
    if isinstance(error, requests.HTTPError):
        return f"the server answered {error.response.status_code}"
    # requests reports a silence in the middle of a file as a ConnectionError.
    if isinstance(error, requests.Timeout) or "timed out" in str(error):
        return f"no answer within {_TIMEOUT_SECONDS} s"
    if isinstance(error, requests.ConnectionError):
        return "the server cannot be reached"
    return "the connection broke off"
