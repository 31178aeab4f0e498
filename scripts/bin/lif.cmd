@echo off
setlocal
set ELECTRON_RUN_AS_NODE=1
if not defined LIF_NODE set LIF_NODE=node
"%LIF_NODE%" "%~dp0..\lif.mjs" %*
