package main

import (
	"fmt"
	"os"
	"syscall"
)

func main() {
	for _, path := range []string{"/go/bin/svc", "/bin/busybox"} {
		info, err := os.Stat(path)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(path, info.Sys().(*syscall.Stat_t).Uid)
	}
}
