//: goroutines that all sit in system calls
//: ends exit 2 or timeout or oom or signal SIGABRT or exit 1
//: says
package main

import "syscall"

func main() {
	for {
		go func() { syscall.Pause() }()
	}
}
