"""The table of routes. `../openapi.yaml` says the same, and a test holds them together."""

from __future__ import annotations

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join

from freezeout_jupyter.base import NoRoute
from freezeout_jupyter.dashboards import Dashboards, ShowDashboard
from freezeout_jupyter.environments import (
    EnvironmentBuild,
    EnvironmentClone,
    EnvironmentLock,
    Environments,
    EnvironmentTest,
    OneEnvironment,
)
from freezeout_jupyter.events import Events
from freezeout_jupyter.experiments import Experiments, OpenExperiment
from freezeout_jupyter.jobs import CancelJob, JobLog, Jobs, OneJob
from freezeout_jupyter.lake.browse import LakeDid, LakeListing, LakeReplicas, LakeScopes, LakeSearch
from freezeout_jupyter.lake.connections import LakeConnections
from freezeout_jupyter.lake.edit import LakeAttachments, LakeDids, LakeMetadata
from freezeout_jupyter.lake.paths import LakePaths
from freezeout_jupyter.lake.rules import LakeRules, OneLakeRule
from freezeout_jupyter.lake.service import LakeStart, LakeStop
from freezeout_jupyter.lake.transfers import LakeDownloads, LakeUploads
from freezeout_jupyter.reana.account import ReanaSecrets, ReanaUsage
from freezeout_jupyter.reana.actions import (
    ReanaDelete,
    ReanaPrune,
    ReanaRerun,
    ReanaRestart,
    ReanaStartWorkflow,
    ReanaStopWorkflow,
)
from freezeout_jupyter.reana.connections import ReanaConnections
from freezeout_jupyter.reana.files import (
    ReanaDownloads,
    ReanaFile,
    ReanaFiles,
    ReanaMove,
    ReanaPreview,
    ReanaUploads,
)
from freezeout_jupyter.reana.service import ReanaStart, ReanaStop
from freezeout_jupyter.reana.sessions import ReanaCloseSession, ReanaOpenSession, ReanaSession
from freezeout_jupyter.reana.submissions import (
    ReanaFetch,
    ReanaForm,
    ReanaPreviewSubmission,
    ReanaSaveYaml,
    ReanaSubmissions,
)
from freezeout_jupyter.reana.workflows import ReanaDiff, ReanaLogs, ReanaWorkflow, ReanaWorkflows
from freezeout_jupyter.version import Version

_ID = r"(?P<id>[A-Za-z0-9_-]{1,80})"

_TABLE: dict[str, type[JupyterHandler]] = {
    "api/version": Version,
    "api/experiments": Experiments,
    f"api/experiments/{_ID}/open": OpenExperiment,
    "api/environments": Environments,
    f"api/environments/{_ID}": OneEnvironment,
    f"api/environments/{_ID}/lock": EnvironmentLock,
    f"api/environments/{_ID}/build": EnvironmentBuild,
    f"api/environments/{_ID}/test": EnvironmentTest,
    f"api/environments/{_ID}/clone": EnvironmentClone,
    "api/jobs": Jobs,
    f"api/jobs/{_ID}": OneJob,
    f"api/jobs/{_ID}/cancel": CancelJob,
    f"api/jobs/{_ID}/log": JobLog,
    "api/events": Events,
    "api/lake/connections": LakeConnections,
    "api/lake/scopes": LakeScopes,
    "api/lake/listing": LakeListing,
    "api/lake/search": LakeSearch,
    "api/lake/did": LakeDid,
    "api/lake/replicas": LakeReplicas,
    "api/lake/paths": LakePaths,
    "api/lake/rules": LakeRules,
    f"api/lake/rules/{_ID}": OneLakeRule,
    "api/lake/metadata": LakeMetadata,
    "api/lake/dids": LakeDids,
    "api/lake/attachments": LakeAttachments,
    "api/lake/downloads": LakeDownloads,
    "api/lake/uploads": LakeUploads,
    "api/lake/start": LakeStart,
    "api/lake/stop": LakeStop,
    "api/reana/connections": ReanaConnections,
    "api/reana/start": ReanaStart,
    "api/reana/stop": ReanaStop,
    "api/reana/workflows": ReanaWorkflows,
    "api/reana/workflow": ReanaWorkflow,
    "api/reana/logs": ReanaLogs,
    "api/reana/diff": ReanaDiff,
    "api/reana/files": ReanaFiles,
    "api/reana/preview": ReanaPreview,
    "api/reana/downloads": ReanaDownloads,
    "api/reana/uploads": ReanaUploads,
    "api/reana/move": ReanaMove,
    "api/reana/workflow-start": ReanaStartWorkflow,
    "api/reana/workflow-stop": ReanaStopWorkflow,
    "api/reana/restart": ReanaRestart,
    "api/reana/delete": ReanaDelete,
    "api/reana/prune": ReanaPrune,
    "api/reana/rerun": ReanaRerun,
    "api/reana/open-session": ReanaOpenSession,
    "api/reana/close-session": ReanaCloseSession,
    "reana/session": ReanaSession,
    "reana/file": ReanaFile,
    "api/reana/usage": ReanaUsage,
    "api/reana/secrets": ReanaSecrets,
    "api/reana/form": ReanaForm,
    "api/reana/preview-submission": ReanaPreviewSubmission,
    "api/reana/submissions": ReanaSubmissions,
    "api/reana/save-yaml": ReanaSaveYaml,
    "api/reana/fetch": ReanaFetch,
    "api/dashboards": Dashboards,
    f"dashboards/{_ID}": ShowDashboard,
}


def routes(base_url: str) -> list[tuple[str, type[JupyterHandler]]]:
    """Patterns and handlers below the server's base address."""
    table = {**_TABLE, "api(?:/.*)?": NoRoute}  # in this order: the first that matches is taken
    return [(url_path_join(base_url, "freezeout", path), handler) for path, handler in table.items()]
