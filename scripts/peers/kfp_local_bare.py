"""The chain and the fan-out with kfp.local, of components that do not begin with an installation of kfp."""

import kfp_local

kfp_local.main(install_kfp_package=False)
