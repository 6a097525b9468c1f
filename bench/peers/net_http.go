// net_http.go - the same request by Go's net/http, as a plain program sends
// it: one client, kept connections, as many goroutines as calls at once.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

type answer struct {
	TransactionID json.Number `json:"transactionId"`
}

func die(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "net_http:", err)
		os.Exit(1)
	}
}

func readRequest(path string) (http.Header, string) {
	text, err := os.ReadFile(path)
	die(err)
	head, body, _ := strings.Cut(string(text), "\n\n")
	headers := http.Header{}
	for _, line := range strings.Split(head, "\n") {
		name, value, _ := strings.Cut(line, ": ")
		headers.Set(name, value)
	}
	return headers, body
}

func newClient(ca string, atOnce int) *http.Client {
	pem, err := os.ReadFile(ca)
	die(err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	return &http.Client{Transport: &http.Transport{
		MaxIdleConns:        atOnce,
		MaxIdleConnsPerHost: atOnce,
		DisableCompression:  true,
		TLSClientConfig:     &tls.Config{RootCAs: roots},
		TLSNextProto:        map[string]func(string, *tls.Conn) http.RoundTripper{},
	}}
}

func cpu() float64 {
	var used syscall.Rusage
	die(syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return float64(used.Utime.Sec+used.Stime.Sec) +
		float64(used.Utime.Usec+used.Stime.Usec)/1e6
}

func main() {
	url, atOnce := os.Args[1], 0
	atOnce, err := strconv.Atoi(os.Args[4])
	die(err)
	headers, body := readRequest(os.Args[3])
	client := newClient(os.Args[2], atOnce)

	call := func() {
		request, err := http.NewRequest("POST", url, strings.NewReader(body))
		die(err)
		request.Header = headers.Clone()
		response, err := client.Do(request)
		die(err)
		text, err := io.ReadAll(response.Body)
		die(err)
		response.Body.Close()
		var got answer
		die(json.Unmarshal(text, &got))
		if response.StatusCode != 200 || got.TransactionID == "" {
			die(fmt.Errorf("not the answer that was expected"))
		}
	}

	for _, word := range os.Args[5:7] {
		count, err := strconv.Atoi(word)
		die(err)
		began, used := time.Now(), cpu()
		todo := make(chan struct{}, count)
		for i := 0; i < count; i++ {
			todo <- struct{}{}
		}
		close(todo)
		var workers sync.WaitGroup
		for i := 0; i < atOnce; i++ {
			workers.Add(1)
			go func() {
				defer workers.Done()
				for range todo {
					call()
				}
			}()
		}
		workers.Wait()
		fmt.Printf("%d %.6f %.6f\n", count, time.Since(began).Seconds(), cpu()-used)
	}
}
