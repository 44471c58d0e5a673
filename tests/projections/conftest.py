from hypothesis import settings

settings.register_profile(
    "projections", deadline=None
)  # nothing is asserted about timings: the first bank holidays of a year take a while
settings.load_profile("projections")
