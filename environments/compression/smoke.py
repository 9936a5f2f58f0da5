"""A deep test of Baler: it learns to compress a small table, compresses it and brings it back."""

import contextlib
import io
import warnings

import numpy as np


def main() -> None:
    """Raise when something that the environment offers does not work."""
    with warnings.catch_warnings():
        # Numba says that object mode gains nothing in Baler's functions, tqdm that there is no notebook
        warnings.simplefilter("ignore")
        import torch

        check_torch(torch)
        lost = check_baler(torch)
    print(f"compression: in order (torch {torch.__version__}, {lost:.1%} of the variance lost)")


def check_torch(torch) -> None:
    """A gradient that is known."""
    x = torch.tensor(3.0, requires_grad=True)
    (x**2).backward()
    assert float(x.grad) == 6


def check_baler(torch) -> float:
    """Train, compress, bring back; return what part of the variance is lost."""
    from baler_compressor import compressor, decompressor, helper, trainer
    from baler_compressor.config import Config

    # four columns that two numbers determine: two numbers in the middle can hold them
    first, second = np.random.default_rng(1).random((2, 512))
    table = np.column_stack([first, second, (first + second) / 2, (first - second + 1) / 2])
    np.savez("table.npz", data=table, names=np.array(["a", "b", "c", "d"]))
    config = Config()
    vars(config).update({
        "input_path": "table.npz", "data_dimension": 1, "compression_ratio": 2.0, "batch_size": 64,
        "apply_normalization": False, "custom_norm": False, "test_size": 0, "verbose": False,
        "model": autoencoder(torch), "model_name": "AE", "model_type": "dense", "epochs": 80, "lr": 0.01,
        "reg_param": 1e-6, "RHO": 0.05, "l1": True, "early_stopping": False, "lr_scheduler": False,
        "deterministic_algorithm": True,
    })  # fmt: skip
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        model, features, _ = trainer.run("table.npz", config)
        helper.model_saver(model, "model.pt")
        short, names, shape = compressor.run("table.npz", "model.pt", features, config)
        np.savez("short.npz", data=short, names=names, original_shape=shape, normalization_features=features)
        back, names, _ = decompressor.run("model.pt", "short.npz", config)
    assert short.shape == (512, 2) and back.shape == (512, 4) and list(names) == ["a", "b", "c", "d"]
    # the best guess without learning is the mean: less than a tenth of that variance may be lost
    lost = ((back - table) ** 2).sum() / ((table - table.mean(axis=0)) ** 2).sum()
    assert lost < 0.1, lost
    return float(lost)


def autoencoder(torch):
    """The class of a small model of the form that Baler's compression asks for."""

    class Small(torch.nn.Module):
        def __init__(self, n_features: int, z_dim: int) -> None:
            super().__init__()
            self.encoder = torch.nn.Linear(n_features, z_dim, dtype=torch.float64)
            self.decoder = torch.nn.Linear(z_dim, n_features, dtype=torch.float64)

        def decode(self, short):
            return self.decoder(short)

        def forward(self, long):
            return self.decode(self.encoder(long))

    return Small


if __name__ == "__main__":
    main()
