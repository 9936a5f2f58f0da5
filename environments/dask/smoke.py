"""A deep test of Dask: workers on this machine, arrays, tables, and what a batch system would be given."""

from importlib.metadata import version

import numpy as np


def main() -> None:
    """Raise when something that the environment offers does not work."""
    import dask
    import dask.array
    import dask.dataframe
    import dask_gateway
    import pandas
    from dask.distributed import Client, LocalCluster
    from dask_jobqueue import HTCondorCluster, SLURMCluster

    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, protocol="tcp"
        ) as cluster,
        Client(cluster) as client,
    ):
        assert len(client.scheduler_info()["workers"]) == 2
        # two processes, neither of them this one
        import os

        at = client.run(os.getpid)
        assert len(set(at.values()) - {os.getpid()}) == 2
        numbers = dask.array.arange(1_000_001, chunks=100_000)
        assert int(numbers.sum().compute()) == 1_000_000 * 1_000_001 // 2
        squares = client.map(pow, range(10), [2] * 10)
        assert client.submit(sum, squares).result() == 285
        frame = dask.dataframe.from_pandas(pandas.DataFrame({"x": np.arange(100), "y": 1}), npartitions=4)
        assert int(frame[frame.x % 2 == 0].y.sum().compute()) == 50
        failing = client.submit(lambda: 1 / 0)
        assert isinstance(failing.exception(), ZeroDivisionError)

    for kind, word, more in (
        (SLURMCluster, "#SBATCH -n 1", {}),
        (HTCondorCluster, "MY.DaskWorkerCores = 1", {"disk": "1GB"}),
    ):
        with kind(cores=1, processes=1, memory="2GB", interface="lo", **more) as queue:
            assert word in queue.job_script(), queue.job_script()
    assert dask_gateway.Gateway and dask_gateway.BasicAuth
    print(f"dask: in order (distributed {version('distributed')}, dask-jobqueue {version('dask-jobqueue')})")


if __name__ == "__main__":
    main()
