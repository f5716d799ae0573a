"""Everything that can be wrong with a warehouse, each with its way out. One tree:

WarehouseError
├── WarehouseMissing      nothing is published yet
│   └── SnapshotPruned    that version is no longer kept
├── WarehouseLost         the file is gone, and its snapshots are there
├── WarehouseBusy         another process holds the file for longer than we wait
├── WarehouseDamaged      not a DuckDB file, or a corrupt one
├── WarehouseTooNew       written by a newer DuckDB, or by a newer gb-renewables
├── DiskNearlyFull        no room for the write and its snapshot
├── SettingsUnreadable    a `.env` file that is not text, or a value of RENEWABLES_ENV_FILES that nobody knows
├── HomeNotWritable       the system does not let us write a file or folder of the home
├── PlantedLink           a symbolic link where a file is to be written: nothing is written through it
├── LandingRefused        a frame that does not fit its table, or keys that would not be unique
└── MixedSources          synthetic rows into real ones, or the other way round
"""


class WarehouseError(Exception):
    """Base of all; `str()` is one sentence for a person, with a way out."""


class WarehouseMissing(WarehouseError): ...


class SnapshotPruned(WarehouseMissing): ...


class WarehouseLost(WarehouseError): ...


class WarehouseBusy(WarehouseError): ...


class WarehouseDamaged(WarehouseError): ...


class WarehouseTooNew(WarehouseError): ...


class DiskNearlyFull(WarehouseError): ...


class SettingsUnreadable(WarehouseError): ...


class HomeNotWritable(WarehouseError): ...


class PlantedLink(WarehouseError): ...


class LandingRefused(WarehouseError): ...


class MixedSources(WarehouseError): ...
