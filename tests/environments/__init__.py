"""Tests of `freezeout.environments`; a package, so that its tests share `package_index`."""
