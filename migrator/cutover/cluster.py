"""A cluster as kubectl would reach it. The only importer of the kubernetes client."""

import logging
from collections.abc import Mapping
from typing import Any

import urllib3
from kubernetes import client, config
from kubernetes.client.exceptions import ApiException
from kubernetes.config.config_exception import ConfigException

from migrator.errors import ClusterError

__all__ = ["KubernetesReader"]

_SECONDS = 10
_NOT_FOUND = 404

logging.getLogger("urllib3").addHandler(logging.NullHandler())
logging.getLogger("urllib3").propagate = False


class KubernetesReader:
    """Reads with the rights of the user's own kubeconfig; writes nothing."""

    def __init__(self, *, kubeconfig: str | None = None, context: str | None = None) -> None:
        try:
            self._api: Any = config.new_client_from_config(config_file=kubeconfig, context=context)  # type: ignore[no-untyped-call]
        except (ConfigException, OSError) as error:
            raise ClusterError(f"no cluster to ask: {' '.join(str(error).split())}") from error
        self._api.configuration.retries = False

    def get(self, path: str) -> Mapping[str, Any] | None:
        """See `ClusterReader.get`."""
        _, _, group, version, _, namespace, plural, name = path.split("/")
        read = client.CustomObjectsApi(self._api).get_namespaced_custom_object
        try:
            found = read(group, version, namespace, plural, name, _request_timeout=_SECONDS)
        except ApiException as error:
            if error.status == _NOT_FOUND:
                return None
            raise ClusterError(f"the cluster refused {path}: {error.status} {error.reason}") from error
        except (urllib3.exceptions.HTTPError, client.exceptions.OpenApiException, ValueError) as error:
            raise ClusterError(f"the cluster does not answer: {type(error).__name__}") from error
        return found if isinstance(found, dict) else None

    def close(self) -> None:
        """Give the connections back."""
        self._api.close()
