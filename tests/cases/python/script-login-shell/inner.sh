#!/bin/bash --login
honcho version
