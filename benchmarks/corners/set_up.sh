#!/bin/sh
# The design kits whose transistors simulate.py measures, at the commits that the shipped table was made from, into kits/,
# and an environment with openvaf_py, which compiles the model of the 7 nm kit. ngspice (44 was used) comes from the
# system. Nothing of the kits is in this repository, and nothing here is needed by the package.
set -eu
cd "$(dirname "$0")"

fetch() {  # owner/name, commit, folder
    [ -d "$3" ] || git clone --filter=blob:none --no-checkout "https://github.com/$1" "$3"
    git -C "$3" checkout --quiet "$2"
}

mkdir -p kits/sky130 kits/gf180mcu kits/freepdk45 kits/asap7 kits/bsimcmg107 kits/sky130_hd kits/asap7_lib
fetch google/skywater-pdk-libs-sky130_fd_pr f62031a1be9aefe902d6d54cddd6f59b57627436 kits/.sky130
fetch google/globalfoundries-pdk-libs-gf180mcu_fd_pr 9f992d5a9186d1f7820c58f039c484ad35b2edea kits/.gf180mcu
fetch baichen318/FreePDK45 a75cb116a3efd1d3ae05b695285452e6ffbc7ca5 kits/.freepdk45
fetch The-OpenROAD-Project/asap7_pdk_r1p7 1ff7649bbf423207f6f70293dc1cf630cd477365 kits/.asap7
fetch google/skywater-pdk-libs-sky130_fd_sc_hd ac7fb61f06e6470b94e8afdf7c25268f62fbd7b1 kits/.sky130_hd
fetch The-OpenROAD-Project/asap7sc7p5t_28 f970bd3c3292b79ae4d022a3ec80533534614066 kits/.asap7_lib
fetch CedarEDA/CMC.jl 548cc7aec3fabcc6765b38eaa8ecef1b2630607a kits/.cmc
fetch dwarning/VA-Models 03354fbf8c8cbafbbea9cee67217e8e4cca72575 kits/.va  # constants.vams and disciplines.vams, which are of the language

cp kits/.sky130_hd/cells/inv/*.lib.json kits/sky130_hd/  # with the libraries that libraries.py reads; the second needs 7z
for corner in SS TT FF; do
    7z x -y -okits/asap7_lib "kits/.asap7_lib/LIB/NLDM/asap7sc7p5t_INVBUF_RVT_${corner}_nldm_220122.lib.7z" >/dev/null
done
cp -r kits/.sky130/cells/nfet_01v8 kits/.sky130/cells/pfet_01v8_hvt kits/sky130/
cp kits/.gf180mcu/models/ngspice/sm141064.ngspice kits/gf180mcu/
cp -r kits/.freepdk45/FreePDK45/ncsu_basekit/models/hspice/tran_models/. kits/freepdk45/
cp kits/.asap7/models/hspice/7nm_*_160803.pm kits/asap7/
cp kits/.cmc/cmc_models/bsimcmg107/* kits/bsimcmg107/
cp kits/.va/code/bsimcmg/vacode/constants.vams kits/.va/code/bsimcmg/vacode/disciplines.vams kits/bsimcmg107/

python3 -m venv .venv
.venv/bin/pip install --quiet numpy openvaf-py==0.1.5
