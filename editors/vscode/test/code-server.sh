#!/usr/bin/env bash
# code-server.sh FOLDER: install code-server, which is VS Code behind a web server, from the npm
# registry alone. It needs Node 20, a C++ compiler and Node's headers (Debian: libnode-dev).
set -euo pipefail
version=4.96.4
mkdir -p "$1" && cd "$1"
export npm_config_nodedir=${npm_config_nodedir:-/usr} npm_config_audit=false npm_config_fund=false
npm install --silent --ignore-scripts "code-server@$version"
npm rebuild --silent argon2
cd node_modules/code-server/lib/vscode
# Two dependencies are for Windows, and the list of locked versions names one from GitHub by its commit.
rm -f npm-shrinkwrap.json
sed -i '/windows-process-tree\|windows-registry/d' package.json
npm install --silent --omit=dev --ignore-scripts --legacy-peer-deps
npm rebuild --silent @vscode/spdlog native-watchdog node-pty @parcel/watcher
