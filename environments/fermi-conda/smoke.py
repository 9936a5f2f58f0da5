"""A deep test of fermitools: the effective area of the LAT, and fermipy's analysis.

It was written from fermitools' documentation: no build was at hand to try it on.
"""


def main() -> None:
    """Raise when something that the environment offers does not work."""
    import fermipy
    import fermipy.gtanalysis
    import pyIrfLoader
    import pyLikelihood

    pyIrfLoader.Loader_go()
    response = pyIrfLoader.IrfsFactory.instance().create("P8R3_SOURCE_V3::FRONT")
    area = response.aeff()
    low, high = area.value(100.0, 0.0, 0.0), area.value(1000.0, 0.0, 0.0)
    # on axis it grows with the energy, and cannot exceed the face of the telescope, 1.8 m by 1.8 m
    assert 0 < low < high < 180 * 180, (low, high)
    law = pyLikelihood.SourceFactory_funcFactory().create("PowerLaw")
    for name, value in (("Prefactor", 1.0), ("Index", -2.0), ("Scale", 100.0)):
        law.setParam(name, value)
    ratio = law.value(pyLikelihood.dArg(200.0)) / law.value(pyLikelihood.dArg(100.0))
    assert abs(ratio - 0.25) < 1e-9
    assert callable(fermipy.gtanalysis.GTAnalysis)
    print(f"fermi-conda: in order (fermipy {fermipy.__version__})")


if __name__ == "__main__":
    main()
