package server

import (
	"encoding/json"

	"github.com/tickstock/tickcast/server/sio"
)

const (
	errChart   refusal = "Chart data request failed"
	errNoChart refusal = "Chart data service not available"

	usualTimeframe = "1d"
)

type chartResponse struct {
	Symbol    string          `json:"symbol"`
	Timeframe string          `json:"timeframe"`
	ChartData json.RawMessage `json:"chart_data"`
	Message   string          `json:"message,omitempty"`
}

// requestChart answers with the latest bars of a symbol, oldest first.
func (s *Sockets) requestChart(socket *sio.Socket, m sio.Message) sio.Message {
	if len(m.Args) == 0 {
		return s.silence()
	}
	chart, err := s.chart(m)
	if err != nil {
		s.refuse(socket, err)
		return sio.Message{}
	}
	return s.answer(socket, "tickstockpl_chart_data_response", chart)
}

func (s *Sockets) chart(m sio.Message) (chart chartResponse, err error) {
	if chart.Symbol, err = textField(m, "symbol", errChart); err != nil {
		return chart, err
	}
	chart.Timeframe = usualTimeframe
	if sent, _ := field(m, "timeframe"); sent != nil && string(sent) != "null" {
		if chart.Timeframe, err = textField(m, "timeframe", errChart); err != nil {
			return chart, err
		}
	}
	if s.sources.Charts == nil {
		return chart, errNoChart
	}
	chart.ChartData = s.sources.Charts.Bars(chart.Symbol, chart.Timeframe)
	if chart.ChartData == nil {
		chart.ChartData, chart.Message = json.RawMessage("[]"), "No data available"
	}
	return chart, nil
}
