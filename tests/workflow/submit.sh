#!/usr/bin/env bash
# The smallest scheduler there is: starts the job script that it is given, says the job's number, keeps what was asked.
echo "$1 $2 $3" >> submitted.txt
setsid bash "$4" > /dev/null 2>&1 < /dev/null &
echo $!
